<?php // Files as they are, everything else through WordPress.
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
$site = getenv('RIG_SITE');
if ($path !== '/' && is_file($site . $path)) {
    return false;
}
chdir($site);
$_SERVER['SCRIPT_NAME'] = '/index.php';
$_SERVER['SCRIPT_FILENAME'] = "$site/index.php";
require "$site/index.php";
