module.exports = () => "Hello";
