<?php // Dora alone is held to WordPress's pace of comments: tests have no time for it.
add_filter('comment_flood_filter', function ($is_flood) {
    return $is_flood && wp_get_current_user()->user_login === 'dora';
}, 20);
