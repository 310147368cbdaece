<?php
$db = new mysqli('db', getenv('MARIADB_USER'), trim(file_get_contents('/run/secrets/db_password')), getenv('MARIADB_DATABASE'));
$db->query('CREATE TABLE IF NOT EXISTS posts (id INT AUTO_INCREMENT PRIMARY KEY, title TEXT NOT NULL)');
if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    $new = $db->prepare('INSERT INTO posts (title) VALUES (?)');
    $new->execute([$_POST['title']]);
    file_put_contents('/var/www/uploads/' . $db->insert_id . '.txt', $_POST['title']);
}
echo getenv('BLOG_TITLE'), "\n";
foreach ($db->query('SELECT id, title FROM posts ORDER BY id') as $post) {
    echo $post['id'], '. ', $post['title'], "\n";
}
