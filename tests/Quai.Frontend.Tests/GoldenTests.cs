using System.Runtime.CompilerServices;
using Quai.Build.Jobs;
using Xunit;

namespace Quai.Frontend.Tests;

/// <summary>Dockerfiles under <c>Data</c> with the graphs they become; <c>QUAI_UPDATE_GOLDEN=1</c> writes those anew.</summary>
public sealed class GoldenTests
{
    private static readonly (string, string)[] s_attributes =
    [
        ("build-arg:GIVEN", "by-build"), ("build-arg:HTTP_PROXY", "http://proxy"), ("add-hosts", "db=10.0.0.1"), ("ulimit", "nofile=10:20"), ("shm-size", "4096"), ("hostname", "box"),
        ("no-cache", "uncached"), ("image-resolve-mode", "local"),
    ];

    public static TheoryData<string> Cases => [.. Directory.EnumerateFiles(Folder(), "*.Dockerfile").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_file_becomes_the_graph_that_is_written_down(string name)
    {
        FakeHost host = Frontends.Host(await File.ReadAllTextAsync(Path.Combine(Folder(), name + ".Dockerfile")), (".dockerignore", "*.log\n!keep.log\n"));
        host.Images["docker.io/library/onbuild:1"] = """{"architecture":"amd64","os":"linux","config":{"OnBuild":["COPY --from=busybox /bin/sh /sh","RUN trigger"],"User":"app"},"rootfs":{"type":"layers","diff_ids":["sha256:3333333333333333333333333333333333333333333333333333333333333333"]}}""";
        SolveResult result = await Frontends.RunAsync(host, s_attributes);
        string real = (result.Ref is null ? "" : GraphText.Write(result.Ref.Definition)) + "config: " + Frontends.Text(result, "containerimage.config") + "\n";
        string golden = Path.Combine(Folder(), name + ".txt");
        if (Environment.GetEnvironmentVariable("QUAI_UPDATE_GOLDEN") == "1")
        {
            await File.WriteAllTextAsync(golden, real);
        }

        Assert.Equal(await File.ReadAllTextAsync(golden), real);
    }

    private static string Folder([CallerFilePath] string file = "") => Path.Combine(Path.GetDirectoryName(file)!, "Data");
}
