console.log(require("greeting")());
