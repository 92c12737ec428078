<?php
// An upload form's target: has hashd look at the file in the field "picture", sent as `how` says.
$upload = $_FILES['picture'];
$request = curl_init('http://hashd/v1/match');
curl_setopt_array($request, [
    CURLOPT_UNIX_SOCKET_PATH => $_SERVER['HASHD_SOCKET'],
    CURLOPT_RETURNTRANSFER => true,
    CURLOPT_TIMEOUT => 60,
]);
switch ($_GET['how']) {
    case 'bytes':
        curl_setopt_array($request, [
            CURLOPT_POSTFIELDS => file_get_contents($upload['tmp_name']),
            CURLOPT_HTTPHEADER => ['Content-Type: application/octet-stream'],
        ]);
        break;
    case 'careless':
        // Without a content type of its own, curl says that it is a form of another kind.
        curl_setopt($request, CURLOPT_POSTFIELDS, file_get_contents($upload['tmp_name']));
        break;
    case 'file':
        curl_setopt_array($request, [
            CURLOPT_POST => true,
            CURLOPT_INFILE => fopen($upload['tmp_name'], 'rb'),
            CURLOPT_INFILESIZE => $upload['size'],
            CURLOPT_UPLOAD => true,
            CURLOPT_CUSTOMREQUEST => 'POST',
        ]);
        break;
    case 'form':
        curl_setopt($request, CURLOPT_POSTFIELDS, [
            'file' => new CURLFile($upload['tmp_name'], $upload['type'], $upload['name']),
        ]);
        break;
}
$text = curl_exec($request);
header('Content-Type: application/json');
http_response_code($text === false ? 502 : curl_getinfo($request, CURLINFO_RESPONSE_CODE));
echo $text === false ? json_encode(['error' => curl_error($request)]) : $text;
