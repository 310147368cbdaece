using System.Diagnostics;
using Quai.Content.Tests;

namespace Quai.Images.Tests;

/// <summary>Debian's docker-registry on a loopback port, filled by skopeo.</summary>
public sealed class RegistryFixture : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quai-registry-").FullName;
    private Process? _registry;

    internal string Address { get; private set; } = "";

    public async Task InitializeAsync()
    {
        int port = ProcessRunner.FreePort();
        Address = $"127.0.0.1:{port}";
        string config = Path.Combine(_folder, "config.yml");
        await File.WriteAllTextAsync(config, $"version: 0.1\nlog:\n  accesslog:\n    disabled: true\nstorage:\n  filesystem:\n    rootdirectory: {_folder}/data\nhttp:\n  addr: {Address}\n");
        _registry = Process.Start(new ProcessStartInfo("/usr/bin/docker-registry", ["serve", config]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        _registry.OutputDataReceived += static (_, _) => { };
        var listening = new TaskCompletionSource();
        _registry.ErrorDataReceived += (_, e) =>
        {
            if (e.Data is null || e.Data.Contains("listening on", StringComparison.Ordinal))
            {
                listening.TrySetResult();
            }
        };
        _registry.BeginErrorReadLine();
        _registry.BeginOutputReadLine();
        await listening.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    public async Task DisposeAsync()
    {
        _registry!.Kill();
        await _registry.WaitForExitAsync();
        _registry.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Pushes a docker-archive's image and returns its name.</summary>
    internal async Task<string> PushAsync(byte[] archive, string name, params string[] options)
    {
        string file = Path.Combine(_folder, Guid.NewGuid().ToString("N") + ".tar");
        await File.WriteAllBytesAsync(file, archive);
        await ProcessRunner.RunAsync("skopeo", ["copy", "--insecure-policy", "--dest-tls-verify=false", .. options, $"docker-archive:{file}", $"docker://{Address}/{name}"]);
        File.Delete(file);
        return $"{Address}/{name}";
    }
}
