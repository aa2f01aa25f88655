<?php
/**
 * The strip as HTML for this page. The service is asked once a minute at most and waited for a second at most. While it
 * does not answer, the last strip of the past day is shown, which says of when it is; after that, $link.
 *
 * $folder is for this program alone: who can write there writes into your page.
 */
function rate_strip(string $address, string $link, string $folder): string
{
    $kept = "$folder/rate-strip.html";
    $tried = "$folder/rate-strip.tried";
    if (rate_strip_age($tried) >= 60) {
        touch($tried); // before it is asked: meanwhile nobody else waits
        $strip = rate_strip_asked($address);
        if ($strip !== null) {
            file_put_contents("$kept.new", $strip, LOCK_EX);
            rename("$kept.new", $kept);
        }
    }
    return rate_strip_age($kept) < 86400 ? (string) file_get_contents($kept) : $link;
}

function rate_strip_age(string $file): int
{
    clearstatcache(true, $file);
    return is_file($file) ? time() - (int) filemtime($file) : PHP_INT_MAX;
}

/** The strip, or null where it did not come whole and in time. Needs the extension curl, whose limit is one for all. */
function rate_strip_asked(string $address): ?string
{
    $asked = curl_init($address);
    curl_setopt_array($asked, [
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_TIMEOUT_MS => 1000,
        CURLOPT_NOSIGNAL => true,
        CURLOPT_FAILONERROR => true,
    ]);
    $strip = curl_exec($asked);
    $good = is_string($strip) && curl_getinfo($asked, CURLINFO_RESPONSE_CODE) === 200;
    return $good && substr(rtrim($strip), -10) === '</section>' ? $strip : null;
}
