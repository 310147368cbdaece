using System.Text.Json.Nodes;
using Quai.EndToEnd.Tests.Harness;

namespace Quai.EndToEnd.Tests.RuntimeCommand;

/// <summary>A bundle with busybox as its root, and one container's id, for tests of the OCI runtime command.</summary>
public abstract class RuntimeBundle : IDisposable
{
    /// <summary>Makes the root.</summary>
    protected RuntimeBundle()
    {
        string root = Path.Combine(Bundle, "rootfs");
        foreach (string directory in (string[])["bin", "dev", "proc", "sys", "tmp"])
        {
            Directory.CreateDirectory(Path.Combine(root, directory));
        }

        File.Copy("/bin/busybox", Path.Combine(root, "bin", "busybox"));
        foreach (string applet in (string[])["sh", "true", "sleep", "cat", "hostname", "id", "ls"])
        {
            File.CreateSymbolicLink(Path.Combine(root, "bin", applet), "busybox");
        }
    }

    /// <summary>The runtime; another one, to try the tests themselves on, when <c>QUAI_E2E_RUNTIME</c> names it.</summary>
    protected static string Program { get; } = Environment.GetEnvironmentVariable("QUAI_E2E_RUNTIME") is { Length: > 0 } foreign ? foreign : Path.Combine(TestEnvironment.BinDirectory, "quai-runtime");

    /// <summary>The test's folder.</summary>
    protected string Work { get; } = Directory.CreateTempSubdirectory("quai-runtime-").FullName;

    /// <summary>The container.</summary>
    protected string Id { get; } = "t" + Guid.NewGuid().ToString("N")[..12];

    /// <summary>The bundle's folder.</summary>
    protected string Bundle => Path.Combine(Work, "bundle");

    /// <inheritdoc/>
    public void Dispose()
    {
        RunAsync("delete", "--force", Id).GetAwaiter().GetResult();
        Directory.Delete(Work, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>A hook that runs a script of the host's.</summary>
    protected static JsonObject Hook(string script, params string[] environment) => new()
    {
        ["path"] = "/bin/sh",
        ["args"] = new JsonArray("sh", "-c", script),
        ["env"] = new JsonArray([.. environment.Append("PATH=/usr/bin:/bin").Select(e => (JsonNode)e)]),
    };

    /// <summary>Writes the config: the runtime's own template, changed.</summary>
    protected async Task ConfigureAsync(string[] arguments, Action<JsonObject>? change = null)
    {
        string path = Path.Combine(Bundle, "config.json");
        File.Delete(path);
        (await RunAsync("spec", "--bundle", Bundle)).Expect();
        JsonObject config = JsonNode.Parse(await File.ReadAllTextAsync(path))!.AsObject();
        config["process"]!["terminal"] = false;
        config["process"]!["args"] = new JsonArray([.. arguments.Select(a => (JsonNode)a)]);
        config["root"]!["readonly"] = false;
        change?.Invoke(config);
        await File.WriteAllTextAsync(path, config.ToJsonString());
    }

    /// <summary>Makes and starts the container, with nothing at its streams.</summary>
    protected async Task StartAsync(params string[] arguments)
    {
        await ConfigureAsync(arguments);
        await RunningCommand.ShellAsync($"exec {Program} --root {Work}/state run --detach --bundle {Bundle} {Id} </dev/null >/dev/null 2>&1");
    }

    /// <summary>The container's status.</summary>
    protected async Task<string?> StatusAsync() => (string?)JsonNode.Parse((await RunAsync("state", Id)).Expect().Stdout)!["status"];

    /// <summary>Calls the runtime.</summary>
    protected Task<CommandResult> RunAsync(params string[] arguments) => RunningCommand.RunAsync(Program, ["--root", Path.Combine(Work, "state"), .. arguments]);
}
