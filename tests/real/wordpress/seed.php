<?php
define('WP_INSTALLING', true);
$_SERVER['HTTP_HOST'] = parse_url(getenv('RIG_ORIGIN'), PHP_URL_HOST);
require getenv('RIG_SITE') . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
add_filter('pre_wp_mail', '__return_true');
$made = wp_install('Village', 'ana', 'ana@village.example', true, '', 'ana-password');
update_option('siteurl', getenv('RIG_ORIGIN'));
update_option('home', getenv('RIG_ORIGIN'));
update_option('permalink_structure', '/%postname%/');
foreach (['comment_moderation', 'comment_previously_approved', 'comments_notify', 'moderation_notify'] as $name) {
    update_option($name, 0);
}
$ids = ['ana' => $made['user_id']];
foreach (['bob', 'carol', 'dora'] as $name) {
    $ids[$name] = wp_insert_user([
        'user_login' => $name,
        'user_pass' => "$name-password",
        'user_email' => "$name@village.example",
        'role' => 'subscriber',
    ]);
}
$passwords = [];
foreach ($ids as $name => $id) {
    [$passwords[$name]] = WP_Application_Passwords::create_new_application_password($id, ['name' => 'rig']);
}
file_put_contents(getenv('RIG_STATE'), json_encode($passwords));
