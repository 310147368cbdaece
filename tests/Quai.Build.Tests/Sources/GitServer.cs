using System.Diagnostics;
using System.Net.Sockets;
using Quai.Content.Tests;

namespace Quai.Build.Tests.Sources;

/// <summary>
/// Repositories served from a folder: <c>main.git</c> with an annotated tag <c>v1</c>, then one more commit on the branch <c>main</c> that has <c>module.git</c> as a submodule.
/// </summary>
public sealed class GitServer : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quai-git-").FullName;
    private Process? _daemon;

    internal string Address { get; private set; } = "";

    internal string First { get; private set; } = "";

    internal string Second { get; private set; } = "";

    /// <summary>The folder of the repositories that are served.</summary>
    internal string Public => Path.Combine(_folder, "public");

    private string Work => Path.Combine(_folder, "work");

    public async Task InitializeAsync()
    {
        string module = Path.Combine(_folder, "module");
        foreach (string folder in (IEnumerable<string>)[Work, module, Path.Combine(_folder, "public")])
        {
            Directory.CreateDirectory(folder);
        }

        await GitAsync(module, "init", "-q", "-b", "main");
        await CommitAsync(module, "m.txt", "module");
        await GitAsync(_folder, "clone", "-q", "--bare", module, "public/module.git");

        await GitAsync(Work, "init", "-q", "-b", "main");
        Directory.CreateDirectory(Path.Combine(Work, "dir"));
        await File.WriteAllTextAsync(Path.Combine(Work, "dir", "inner.txt"), "inner");
        File.CreateSymbolicLink(Path.Combine(Work, "away"), "/etc");
        File.CreateSymbolicLink(Path.Combine(Work, "near"), "dir");
        First = await CommitAsync(Work, "a.txt", "first");
        await GitAsync(Work, "tag", "-a", "v1", "-m", "v1");
        await GitAsync(Work, "submodule", "-q", "add", "../public/module.git", "mod");
        await GitAsync(Work, "config", "-f", ".gitmodules", "submodule.mod.url", "../module.git");
        Second = await CommitAsync(Work, "a.txt", "second");
        await GitAsync(_folder, "clone", "-q", "--bare", "work", "public/main.git");

        await GitAsync(Path.Combine(Public, "main.git"), "update-server-info");
        await GitAsync(Path.Combine(Public, "module.git"), "update-server-info");
        int port = ProcessRunner.FreePort();
        Address = $"git://127.0.0.1:{port}";
        string program = Path.Combine((await ProcessRunner.OutputAsync("git", "--exec-path")).Trim(), "git-daemon");
        _daemon = Process.Start(program, ["--base-path=" + Path.Combine(_folder, "public"), "--export-all", "--reuseaddr", "--listen=127.0.0.1", $"--port={port}", "--log-destination=none"]);
        await ListeningAsync(port);
    }

    public async Task DisposeAsync()
    {
        _daemon!.Kill(entireProcessTree: true);
        await _daemon.WaitForExitAsync();
        _daemon.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Commits one more version of <c>a.txt</c> on a branch of its own.</summary>
    internal async Task<string> PublishAsync(string branch, string text)
    {
        await GitAsync(Work, "checkout", "-q", "-B", branch);
        string commit = await CommitAsync(Work, "a.txt", text);
        await GitAsync(Work, "push", "-q", "--force", "../public/main.git", branch);
        return commit;
    }

    private static async Task<string> CommitAsync(string folder, string file, string text)
    {
        await File.WriteAllTextAsync(Path.Combine(folder, file), text);
        await GitAsync(folder, "add", "-A");
        await GitAsync(folder, "commit", "-q", "-m", text);
        return (await GitAsync(folder, "rev-parse", "HEAD")).Trim();
    }

    private static Task<string> GitAsync(string folder, params string[] arguments) => ProcessRunner.OutputAsync(
        "git", ["-C", folder, "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "protocol.file.allow=always", "-c", "safe.directory=*", "-c", "commit.gpgsign=false", .. arguments]);

    private static async Task ListeningAsync(int port)
    {
        for (int i = 0; ; i++)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", port);
                return;
            }
            catch (SocketException) when (i < 200)
            {
                await Task.Delay(25);
            }
        }
    }
}
