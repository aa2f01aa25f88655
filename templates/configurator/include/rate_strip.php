<?php
/**
 * The strip as HTML for this page. Asks the service at most once a minute and waits at most one second. While the service
 * does not answer, readers see the last strip of the past day, which shows its own date; after that, $link.
 *
 * Only this program may write to $folder: its content goes into your page.
 */
function rate_strip(string $address, string $link, string $folder): string
{
    $kept = "$folder/rate-strip.html";
    $tried = "$folder/rate-strip.tried";
    if (rate_strip_age($tried) >= 60) {
        touch($tried); // before the request, so that no other reader waits
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

/** The strip, or null where it was late or incomplete. Needs the extension curl, whose time limit covers the whole request. */
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
