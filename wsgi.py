"""For any WSGI server, as `gunicorn --threads 4 wsgi:application`. `ticker serve` needs no such server."""

from ticker.service import lazy_application

application = lazy_application()
