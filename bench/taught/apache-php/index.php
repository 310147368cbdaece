<?php echo "Hello, ", gethostname(), "\n";
