namespace Quai.EndToEnd.Tests.Archives;

/// <summary>Both clients, for tests that each must pass with.</summary>
internal static class Clients
{
    /// <summary>The names that tests are given.</summary>
    public static TheoryData<string> Both => new("docker", "quai");

    /// <summary>Runs a script in which <c>$c</c> is the client.</summary>
    public static Task<CommandResult> ShellAsync(this QuaidInstance engine, string client, string script) =>
        engine.Docker.ShellAsync($"c={(client == "docker" ? "docker" : Path.Combine(TestEnvironment.BinDirectory, "quai"))}\n{script}");
}
