using System.Security.Cryptography;
using System.Text;

namespace Quai.EndToEnd.Tests.Harness;

/// <summary>
/// The image of the applications in <c>tests/Corpus/applications</c>: databases, caches, brokers and servers of Debian's. It is built once by Quai's own builder, and kept in <c>/var/cache/quai-tests</c>
/// for as long as what it is built of is the same.
/// </summary>
internal static class ProgramsImage
{
    /// <summary>The name it is given in every engine.</summary>
    public const string Name = "quai-e2e-programs:latest";

    private const string Cache = "/var/cache/quai-tests", Debian = "quai-e2e-debian:latest";
    private static readonly SemaphoreSlim s_making = new(1, 1);

    /// <summary>The applications' folder, as it was copied beside the tests.</summary>
    public static string Applications { get; } = Path.Combine(AppContext.BaseDirectory, "applications");

    /// <summary>Gives an engine the image, unless it has it.</summary>
    public static async Task LoadAsync(QuaidInstance engine)
    {
        if ((await engine.Docker.RunAsync($"image inspect {Name}")).ExitCode == 0)
        {
            return;
        }

        string debian = await DebianImage.TarAsync(), kept = $"{Cache}/programs-{Path.GetFileNameWithoutExtension(debian)}-{Fingerprint()}.tar.zst";
        await s_making.WaitAsync();
        try
        {
            if (!File.Exists(kept))
            {
                await MakeAsync(engine, debian, kept);
                return;
            }
        }
        finally
        {
            s_making.Release();
        }

        (await engine.Docker.RunAsync($"load -q -i {kept}", timeout: TimeSpan.FromMinutes(5) * TestEnvironment.Slowness)).Expect();
    }

    private static async Task MakeAsync(QuaidInstance engine, string debian, string kept)
    {
        (await engine.Docker.RunAsync($"import -c 'CMD [\"bash\"]' {debian} {Debian}", timeout: TimeSpan.FromMinutes(3) * TestEnvironment.Slowness)).Expect();
        DockerClient quai = new(engine.Host, Path.Combine(engine.Root, "quai-config"), Path.Combine(TestEnvironment.BinDirectory, "quai"));
        string[] proxies = [.. ((string[])["http_proxy", "https_proxy", "no_proxy"]).Where(name => Environment.GetEnvironmentVariable(name) is { Length: > 0 }).Select(name => $"--build-arg {name}={Environment.GetEnvironmentVariable(name)}")];
        (await quai.RunAsync($"build --network host --build-arg DEBIAN={Debian} {string.Join(' ', proxies)} -t {Name} {Applications}/programs", timeout: TimeSpan.FromMinutes(10) * TestEnvironment.Slowness)).Expect();
        string part = $"{kept}.{Environment.ProcessId}";
        try
        {
            (await engine.Docker.ShellAsync($"docker save {Name} | zstd -q -3 -T0 -o {part} && mv {part} {kept}", TimeSpan.FromMinutes(5) * TestEnvironment.Slowness)).Expect();
        }
        finally
        {
            File.Delete(part);
        }
    }

    private static string Fingerprint()
    {
        IEnumerable<string> files = Directory.EnumerateFiles($"{Applications}/programs").Order(StringComparer.Ordinal);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(files.Select(File.ReadAllText)))))[..12];
    }
}
