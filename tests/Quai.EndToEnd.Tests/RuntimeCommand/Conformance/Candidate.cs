using System.Text.Json.Nodes;
using Quai.EndToEnd.Tests.Harness;

namespace Quai.EndToEnd.Tests.RuntimeCommand.Conformance;

/// <summary>A runtime with a bundle and a container's id of its own, for one requirement.</summary>
public sealed class Candidate : IDisposable
{
    private readonly string _program;

    /// <summary>Makes the bundle: busybox as its root, and a config that has what most containers have.</summary>
    /// <param name="program">The runtime.</param>
    public Candidate(string program)
    {
        _program = program;
        Id = "c" + Guid.NewGuid().ToString("N")[..12];
        foreach (string directory in (string[])["bin", "dev", "proc", "sys", "tmp", "etc"])
        {
            Directory.CreateDirectory(Path.Combine(Root, directory));
        }

        File.SetUnixFileMode(Path.Combine(Root, "tmp"), (UnixFileMode)0x3FF);
        File.Copy("/bin/busybox", Path.Combine(Root, "bin", "busybox"));
        foreach (string applet in (string[])["sh", "true", "sleep", "cat", "hostname", "id", "ls", "stat", "touch", "mkdir", "readlink", "grep", "awk", "nproc", "date", "mount", "kill", "chown", "test", "dd", "uname", "tr", "mknod"])
        {
            File.CreateSymbolicLink(Path.Combine(Root, "bin", applet), "busybox");
        }

        Config = JsonNode.Parse("""
            {
              "ociVersion": "1.0.2",
              "process": {
                "terminal": false, "user": {"uid": 0, "gid": 0}, "args": ["true"], "env": ["PATH=/bin"], "cwd": "/",
                "capabilities": {
                  "bounding": ["CAP_KILL", "CAP_AUDIT_WRITE"], "effective": ["CAP_KILL", "CAP_AUDIT_WRITE"], "permitted": ["CAP_KILL", "CAP_AUDIT_WRITE"]
                }
              },
              "root": {"path": "rootfs"},
              "hostname": "conform",
              "mounts": [
                {"destination": "/proc", "type": "proc", "source": "proc"},
                {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]},
                {"destination": "/dev/pts", "type": "devpts", "source": "devpts", "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]},
                {"destination": "/dev/shm", "type": "tmpfs", "source": "shm", "options": ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]},
                {"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["nosuid", "noexec", "nodev", "ro"]}
              ],
              "linux": {
                "namespaces": [{"type": "pid"}, {"type": "mount"}, {"type": "ipc"}, {"type": "uts"}, {"type": "network"}],
                "resources": {"devices": [{"allow": false, "access": "rwm"}]}
              }
            }
            """)!.AsObject();
        Linux["cgroupsPath"] = "/quai-conformance/" + Id;
    }

    /// <summary>The container's id.</summary>
    public string Id { get; }

    /// <summary>The folder of everything.</summary>
    public string Work { get; } = Directory.CreateTempSubdirectory("quai-conformance-").FullName;

    /// <summary>The bundle.</summary>
    public string Bundle => Path.Combine(Work, "bundle");

    /// <summary>The root.</summary>
    public string Root => Path.Combine(Bundle, "rootfs");

    /// <summary>The config, to be changed.</summary>
    public JsonObject Config { get; }

    /// <summary>Its process.</summary>
    public JsonObject Process => Config["process"]!.AsObject();

    /// <summary>Its Linux section.</summary>
    public JsonObject Linux => Config["linux"]!.AsObject();

    /// <summary>Its mounts.</summary>
    public JsonArray Mounts => Config["mounts"]!.AsArray();

    /// <summary>A value of the config's, from JSON.</summary>
    public static JsonNode Json(string text) => JsonNode.Parse(text)!;

    /// <summary>Another container of the same runtime.</summary>
    public Candidate Another() => new(_program);

    /// <summary>Adds a mount.</summary>
    public void Mount(string destination, string type, string source, params string[] options) => Mounts.Add(new JsonObject
    {
        ["destination"] = destination, ["type"] = type, ["source"] = source, ["options"] = new JsonArray([.. options.Select(o => (JsonNode)o)]),
    });

    /// <summary>Adds a namespace, or takes one away.</summary>
    public void Namespace(string type, bool has = true)
    {
        JsonArray all = Linux["namespaces"]!.AsArray();
        all.Remove(all.FirstOrDefault(n => (string?)n!["type"] == type));
        if (has)
        {
            all.Add(new JsonObject { ["type"] = type });
        }
    }

    /// <summary>A hook that runs a script of the host's.</summary>
    public void Hook(string moment, string script, string shell = "/bin/sh")
    {
        JsonObject hooks = (Config["hooks"] ??= new JsonObject()).AsObject();
        (hooks[moment] ??= new JsonArray()).AsArray().Add(new JsonObject
        {
            ["path"] = shell, ["args"] = new JsonArray("sh", "-c", script), ["env"] = new JsonArray("PATH=/usr/bin:/bin"),
        });
    }

    /// <summary>Sets what is run: a script.</summary>
    public Candidate Script(string script)
    {
        Process["args"] = new JsonArray("sh", "-c", script);
        return this;
    }

    /// <summary>Runs the container to its end.</summary>
    /// <param name="script">What it runs.</param>
    /// <returns>Its output, without the last newline.</returns>
    public async Task<string> OutputAsync(string script)
    {
        Script(script);
        CommandResult result = await RunAsync();
        return result.ExitCode == 0 ? result.Stdout.TrimEnd('\n') : throw new InvalidOperationException($"exit code {result.ExitCode}: {result.Stdout}{result.Stderr}");
    }

    /// <summary>Runs the container to its end.</summary>
    public async Task<CommandResult> RunAsync()
    {
        Save();
        return await CallAsync("run", "--bundle", Bundle, Id);
    }

    /// <summary>Creates the container; it must work.</summary>
    /// <param name="script">What it is to run; null for what the config says.</param>
    public async Task CreateAsync(string? script = "sleep 1000")
    {
        if (script is not null)
        {
            Script(script);
        }

        CommandResult result = await TryCreateAsync();
        Expect(result.ExitCode == 0, $"create: {result.Stderr}");
    }

    /// <summary>Tries to create the container. Its streams lead nowhere: it keeps them.</summary>
    public async Task<CommandResult> TryCreateAsync()
    {
        Save();
        CommandResult result = await RunningCommand.RunAsync("/bin/sh", ["-c", $"exec {_program} --root {Work}/state create --bundle {Bundle} {Id} </dev/null >{Work}/out 2>{Work}/err"]);
        return result with { StderrBytes = await File.ReadAllBytesAsync($"{Work}/err") };
    }

    /// <summary>Creates and starts it.</summary>
    public async Task StartAsync(string script = "sleep 1000")
    {
        await CreateAsync(script);
        await DoAsync("start", Id);
    }

    /// <summary>What a created container has printed.</summary>
    public Task<string> PrintedAsync() => File.ReadAllTextAsync($"{Work}/out");

    /// <summary>The runtime must refuse the config, and leave no container.</summary>
    public async Task RefusedAsync()
    {
        CommandResult result = await TryCreateAsync();
        Expect(result.ExitCode != 0, "it was accepted");
        Expect((await CallAsync("state", Id)).ExitCode != 0, "it failed, but there is a container");
    }

    /// <summary>Calls the runtime, which must do it.</summary>
    public async Task<string> DoAsync(params string[] arguments)
    {
        CommandResult result = await CallAsync(arguments);
        Expect(result.ExitCode == 0, $"{arguments[0]}: {result.Stderr}");
        return result.Stdout.TrimEnd('\n');
    }

    /// <summary>Calls the runtime.</summary>
    public Task<CommandResult> CallAsync(params string[] arguments) => RunningCommand.RunAsync(_program, ["--root", Path.Combine(Work, "state"), .. arguments]);

    /// <summary>The container's state document.</summary>
    public async Task<JsonObject> StateAsync() => JsonNode.Parse(await DoAsync("state", Id))!.AsObject();

    /// <summary>Waits for a status.</summary>
    public async Task AwaitAsync(string status)
    {
        for (int i = 0; i < 200; i++)
        {
            if ((string?)(await StateAsync())["status"] == status)
            {
                return;
            }

            await Task.Delay(25);
        }

        throw new InvalidOperationException($"it did not become {status}");
    }

    /// <summary>Says what was found if it is not so.</summary>
    public static void Expect(bool holds, string found)
    {
        if (!holds)
        {
            throw new InvalidOperationException(found);
        }
    }

    /// <summary>Says what was found if it is not what was asked.</summary>
    public static void Same(string asked, string found) => Expect(asked == found, $"\"{found}\" and not \"{asked}\"");

    /// <inheritdoc/>
    public void Dispose()
    {
        CallAsync("delete", "--force", Id).GetAwaiter().GetResult();
        Directory.Delete(Work, recursive: true);
    }

    private void Save() => File.WriteAllText(Path.Combine(Bundle, "config.json"), Config.ToJsonString());
}
