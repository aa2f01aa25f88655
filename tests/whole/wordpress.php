<?php
// What the recipe uses of WordPress, as its reference describes it, over files in $argv[1]; $argv[2] is the recipe,
// $argv[3] how many pages are made of it, one after the other.

const MINUTE_IN_SECONDS = 60;
const DAY_IN_SECONDS = 86400;

class WP_Error
{
}

/** False where it was never set, or has expired. */
function get_transient(string $name)
{
    $file = "{$GLOBALS['folder']}/$name";
    clearstatcache();
    return is_file($file) && filemtime($file) > time() ? file_get_contents($file) : false;
}

function set_transient(string $name, $value, int $expiration): bool
{
    $file = "{$GLOBALS['folder']}/$name";
    return file_put_contents($file, $value) !== false && touch($file, time() + $expiration);
}

/** An array or a WP_Error, after `timeout` seconds at the latest. */
function wp_remote_get(string $url, array $args)
{
    $asked = curl_init($url);
    curl_setopt_array($asked, [CURLOPT_RETURNTRANSFER => true, CURLOPT_TIMEOUT_MS => (int) ($args['timeout'] * 1000)]);
    $body = curl_exec($asked);
    return $body === false ? new WP_Error() : [
        'body' => substr($body, 0, $args['limit_response_size']),
        'response' => ['code' => curl_getinfo($asked, CURLINFO_RESPONSE_CODE)],
    ];
}

function wp_remote_retrieve_response_code($answer)
{
    return is_array($answer) ? $answer['response']['code'] : '';
}

function wp_remote_retrieve_body($answer): string
{
    return is_array($answer) ? $answer['body'] : '';
}

function add_shortcode(string $tag, callable $made): void
{
    $GLOBALS['shortcodes'][$tag] = $made;
}

$folder = $argv[1];
require $argv[2];
for ($page = 0; $page < (int) $argv[3]; $page++) {
    echo $shortcodes['rate_strip']([], null, 'rate_strip'), "\n";
}
