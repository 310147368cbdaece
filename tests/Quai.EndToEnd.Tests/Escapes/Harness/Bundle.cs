using System.Globalization;
using System.Text.Json.Nodes;

namespace Quai.EndToEnd.Tests.Escapes.Harness;

/// <summary>An OCI bundle with busybox as its root, for <c>quai-runtime</c>. Disposing deletes the container.</summary>
public sealed class Bundle : IAsyncDisposable
{
    private readonly Scene _scene;
    private readonly string _id = "e" + Guid.NewGuid().ToString("n")[..12];

    private Bundle(Scene scene, string folder, JsonObject config) => (_scene, Folder, Config) = (scene, folder, config);

    /// <summary>Where the bundle is.</summary>
    public string Folder { get; }

    /// <summary>Its root file system.</summary>
    public string Root => Path.Combine(Folder, "rootfs");

    /// <summary>The config, as <c>spec</c> writes it, without a terminal and with a writable root; written when the container is made.</summary>
    public JsonObject Config { get; }

    /// <summary>Another program than the scene's runtime: a copy of it that may come to harm.</summary>
    public string? Program { get; set; }

    /// <summary>Makes one.</summary>
    public static async Task<Bundle> MakeAsync(Scene scene)
    {
        string folder = scene.Scratch(), root = Path.Combine(folder, "rootfs");
        foreach (string name in (string[])["bin", "dev", "etc", "proc", "sys", "tmp"])
        {
            Directory.CreateDirectory(Path.Combine(root, name));
        }

        File.Copy("/bin/busybox", Path.Combine(root, "bin", "busybox"));
        foreach (string applet in (string[])["sh", "true", "sleep", "cat", "hostname", "id", "ls", "dd", "echo", "grep", "printf", "mkdir", "readlink"])
        {
            File.CreateSymbolicLink(Path.Combine(root, "bin", applet), "busybox");
        }

        (await RunningCommand.RunAsync(scene.Runtime, ["spec", "--bundle", folder])).Expect();
        JsonObject config = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "config.json")))!.AsObject();
        config["process"]!["terminal"] = false;
        config["root"]!["readonly"] = false;
        return new Bundle(scene, folder, config);
    }

    /// <summary>Sets the program.</summary>
    public Bundle Running(params string[] arguments)
    {
        Config["process"]!["args"] = new JsonArray([.. arguments.Select(a => (JsonNode)a)]);
        return this;
    }

    /// <summary>Runs the container to its end.</summary>
    public Task<CommandResult> RunAsync() => CommandAsync("run", "--bundle", Folder, _id);

    /// <summary>Makes and starts the container, with nothing at its streams.</summary>
    public async Task StartAsync()
    {
        await WriteAsync();
        await RunningCommand.ShellAsync($"exec {Program ?? _scene.Runtime} --root {Folder}/state run --detach --bundle {Folder} {_id} </dev/null >/dev/null 2>{Folder}/errors");
    }

    /// <summary>Runs a further process: options, then the program.</summary>
    public Task<CommandResult> ExecAsync(string[] options, params string[] arguments) => CommandAsync(["exec", .. options, _id, .. arguments]);

    /// <summary>Calls the runtime.</summary>
    public async Task<CommandResult> CommandAsync(params string[] arguments)
    {
        await WriteAsync();
        return await RunningCommand.RunAsync(Program ?? _scene.Runtime, ["--root", Path.Combine(Folder, "state"), .. arguments]);
    }

    /// <summary>Runs a script of the host's in which <c>$R</c> is the runtime with its root and <c>$ID</c> the container.</summary>
    public async Task<CommandResult> ShellAsync(string script)
    {
        await WriteAsync();
        return await RunningCommand.RunAsync("/bin/bash", ["-c", script], default, new Dictionary<string, string>
        {
            ["R"] = string.Create(CultureInfo.InvariantCulture, $"{Program ?? _scene.Runtime} --root {Folder}/state"), ["ID"] = _id,
        });
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await CommandAsync("delete", "--force", _id);

    private Task WriteAsync() => File.WriteAllTextAsync(Path.Combine(Folder, "config.json"), Config.ToJsonString());
}
