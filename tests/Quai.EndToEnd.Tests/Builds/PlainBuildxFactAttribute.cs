using System.Diagnostics;

namespace Quai.EndToEnd.Tests.Builds;

/// <summary>A test that needs buildx as its makers publish it: Debian's does not pass the caches <c>gha</c> and <c>s3</c> on.</summary>
public sealed class PlainBuildxFactAttribute : FactAttribute
{
    private static readonly Lazy<bool> s_isPlain = new(IsPlain);

    /// <summary>Skips the test where the client is Debian's, or the engine is not Quai.</summary>
    public PlainBuildxFactAttribute()
    {
        if (TestEnvironment.ForeignEngine is not null)
        {
            Skip = "only Quai promises it";
        }
        else if (!s_isPlain.Value)
        {
            Skip = "Debian's buildx passes neither gha nor s3 on; put that of its makers below QUAI_PEERS_DIR";
        }
    }

    private static bool IsPlain()
    {
        var start = new ProcessStartInfo(Path.Combine(TestEnvironment.PeersDirectory, "sid/usr/libexec/docker/cli-plugins/docker-buildx"), "version") { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string version = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return !version.Contains("+ds", StringComparison.Ordinal);
    }
}
