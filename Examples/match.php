#!/usr/bin/env php
<?php
// Asks hashd about a picture with PHP's curl extension. scan() is the part to copy: it returns hashd's answer
// and throws for anything that is no verdict, so a picture is never clean because of an error. A match that an
// allowlist excuses is still a match, with the action "allow".
//
//   ./match.php SOCKET PICTURE      exit 0: no match, 1: match, 2: not scanned

function scan(string $socket, string $picture): array
{
    $request = curl_init('http://hashd/v1/match');
    curl_setopt_array($request, [
        CURLOPT_UNIX_SOCKET_PATH => $socket,
        CURLOPT_POSTFIELDS => $picture,
        CURLOPT_HTTPHEADER => ['Content-Type: application/octet-stream'],
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_TIMEOUT => 90,
    ]);
    $text = curl_exec($request);
    if ($text === false) {
        throw new RuntimeException(curl_error($request));
    }
    $status = curl_getinfo($request, CURLINFO_RESPONSE_CODE);
    $answer = json_decode($text, true, 64, JSON_THROW_ON_ERROR);
    if ($status === 200 && in_array($answer['verdict'] ?? null, ['match', 'no_match'], true)) {
        return $answer;
    }
    throw new RuntimeException($answer['error']['code'] ?? "hashd answered $status");
}

try {
    if ($argc !== 3) {
        throw new RuntimeException('usage: match.php SOCKET PICTURE');
    }
    $picture = @file_get_contents($argv[2]);
    if ($picture === false) {
        throw new RuntimeException("$argv[2] cannot be read");
    }
    $answer = scan($argv[1], $picture);
    $action = $answer['action'] ?? 'unknown';
    if ($answer['verdict'] === 'match' && $action !== 'allow') {
        echo "match: $action\n";
        exit(1);
    }
    echo "no match\n";
} catch (Throwable $error) {
    echo "not scanned: {$error->getMessage()}\n";
    exit(2);
}
