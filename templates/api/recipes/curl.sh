# Today's dollar, one figure and nothing else
curl -sS --fail https://rates.example/api/v1/rate/USD.txt

# Today's rates as a table
curl -sS --fail 'https://rates.example/api/v1/rates.csv?currencies=USD,EUR,RUB'

# Every day since 1 May, sent again only when something has changed
curl -sS --fail --etag-save rates.etag --etag-compare rates.etag -o rates.csv \
  'https://rates.example/api/v1/history.csv?from=2026-05-01&currencies=USD,EUR,RUB'
