<?php
require_once __DIR__ . '/rate_strip.php';
echo rate_strip(
    'https://rates.example/strip.fragment?lang=ru&headlines=3',
    '<a href="https://rates.example/strip?lang=ru">Курсы валют и новости</a>',
    '/var/cache/rate-strip'
);
