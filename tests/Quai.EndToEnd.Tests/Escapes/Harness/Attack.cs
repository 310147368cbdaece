namespace Quai.EndToEnd.Tests.Escapes.Harness;

/// <summary>
/// One way out of a container, or into one that is not the attacker's, that once worked somewhere. It really runs, and reports what it gained.
/// </summary>
/// <param name="Name">The CVE or the kind, and the variant: <c>CVE-2019-16884: /proc is a link to a fake tree</c>.</param>
/// <param name="RunAsync">Tries it on an engine. Returns what was gained, in words, or null for nothing.</param>
/// <example><code>
/// new Attack("CVE-2024-21626: exec -w /proc/self/fd/N", async scene => { … return leaked.Length > 0 ? $"read {leaked}" : null; });
/// </code></example>
public sealed record Attack(string Name, Func<Scene, Task<string?>> RunAsync)
{
    /// <summary>
    /// The same attack with its one guard switched off (by an option of the container, of the daemon, of a test build). It must gain something:
    /// that shows that the attack is real. Null: the control is <see cref="RunAsync"/> on Quai's first version.
    /// </summary>
    public Func<Scene, Task<string?>>? Opened { get; init; }

    /// <summary>Whether other engines have nothing to try it on (Quai's own files, options, programs).</summary>
    public bool QuaidOnly { get; init; }
}
