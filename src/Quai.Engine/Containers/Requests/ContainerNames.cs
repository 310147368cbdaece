using System.Security.Cryptography;
using Quai.Errors;

namespace Quai.Engine.Containers.Requests;

/// <summary>The rule for names, and generated names for containers without one.</summary>
internal static class ContainerNames
{
    private static readonly string[] s_adjectives =
    [
        "able", "agile", "airy", "alert", "amber", "ample", "apt", "awake", "balmy", "bold", "brave", "breezy", "bright", "brisk", "calm", "candid",
        "careful", "cheerful", "clear", "clever", "coastal", "cool", "cosy", "curious", "daring", "deft", "eager", "early", "earnest", "easy", "fair",
        "fearless", "fine", "firm", "fleet", "fluent", "fond", "frank", "fresh", "gentle", "glad", "golden", "graceful", "grand", "happy", "hardy",
        "honest", "humble", "jolly", "keen", "kind", "lively", "loyal", "lucid", "mellow", "merry", "mild", "modest", "neat", "nimble", "noble", "patient",
        "placid", "plucky", "polite", "prompt", "proud", "quick", "quiet", "ready", "robust", "royal", "sharp", "silent", "smooth", "sober", "solid",
        "spry", "steady", "sturdy", "sunny", "swift", "tender", "thrifty", "tidy", "trusty", "upbeat", "vivid", "warm", "wise", "witty", "zesty",
    ];

    private static readonly string[] s_surnames =
    [
        "abel", "ampere", "archimedes", "babbage", "bell", "bernoulli", "bessel", "bohr", "boole", "born", "brahe", "cantor", "carson", "cauchy", "cavendish",
        "cayley", "celsius", "chadwick", "chandra", "church", "curie", "dalton", "darwin", "descartes", "dijkstra", "dirac", "doppler", "edison", "einstein",
        "erdos", "euclid", "euler", "faraday", "fermat", "fermi", "fibonacci", "fourier", "franklin", "galileo", "galois", "gauss", "germain", "goodall",
        "hamilton", "hawking", "heisenberg", "hertz", "hilbert", "hopper", "hubble", "huygens", "hypatia", "jacobi", "joule", "kelvin", "kepler", "knuth",
        "lagrange", "laplace", "leibniz", "liskov", "lovelace", "maxwell", "meitner", "mendel", "mendeleev", "napier", "newton", "nobel", "noether", "ohm",
        "oppenheimer", "pascal", "pasteur", "pauli", "perlman", "planck", "poincare", "poisson", "ptolemy", "ramanujan", "riemann", "ritchie", "rubin",
        "rutherford", "sagan", "shannon", "somerville", "tesla", "thompson", "torricelli", "turing", "volta", "watt", "weierstrass", "wiles", "wren",
    ];

    /// <summary>Strips the slash that clients may put before a name and refuses invalid names.</summary>
    /// <returns>The name without the slash.</returns>
    public static string Validate(string name)
    {
        string bare = name.StartsWith('/') ? name[1..] : name;
        bool valid = bare.Length > 1 && char.IsAsciiLetterOrDigit(bare[0]) && bare.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-');
        return valid ? bare : throw QuaiException.Invalid($"Invalid container name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
    }

    /// <summary>A name such as <c>steady_noether</c>; from the second attempt on with a number, since the first was taken.</summary>
    public static string Generate(int attempt) =>
        $"{s_adjectives[RandomNumberGenerator.GetInt32(s_adjectives.Length)]}_{s_surnames[RandomNumberGenerator.GetInt32(s_surnames.Length)]}{(attempt == 0 ? "" : RandomNumberGenerator.GetInt32(10).ToString())}{(attempt > 3 ? RandomNumberGenerator.GetInt32(100_000).ToString() : "")}";
}
