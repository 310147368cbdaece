using System.Globalization;

namespace Quai.EndToEnd.Tests.Harness;

/// <summary>What the environment says about a test run.</summary>
public static class TestEnvironment
{
    /// <summary>An engine that runs already, to try the tests themselves on (<c>QUAI_E2E_DOCKER_HOST</c>); null to start quaid.</summary>
    public static string? ForeignEngine { get; } = NonEmpty("QUAI_E2E_DOCKER_HOST");

    /// <summary>How many rounds the crash test does (<c>QUAI_CRASH_CYCLES</c>).</summary>
    public static int CrashCycles { get; } = int.TryParse(NonEmpty("QUAI_CRASH_CYCLES"), out int n) ? n : 40;

    /// <summary>Whether what the tests leave is kept for a look (<c>QUAI_E2E_KEEP=1</c>).</summary>
    public static bool Keep { get; } = NonEmpty("QUAI_E2E_KEEP") is not null;

    /// <summary>How many times slower than a real one this machine is (<c>QUAI_E2E_SLOWNESS</c>): an emulated one needs patience. 1 by default.</summary>
    public static double Slowness { get; } = double.TryParse(NonEmpty("QUAI_E2E_SLOWNESS"), NumberStyles.Float, CultureInfo.InvariantCulture, out double factor) && factor >= 1 ? factor : 1;

    /// <summary>Where quaid and its companions are: <c>QUAI_BIN_DIR</c>, else <c>artifacts/bin</c> of the checkout.</summary>
    public static string BinDirectory => NonEmpty("QUAI_BIN_DIR") ?? FindArtifacts();

    /// <summary>Where the clients of other Debian suites are, as <c>eng/peers</c> fetched them: <c>QUAI_PEERS_DIR</c>, else <c>artifacts/peers</c> of the checkout.</summary>
    public static string PeersDirectory => NonEmpty("QUAI_PEERS_DIR") ?? FindPeers();

    /// <summary>The checkout.</summary>
    public static string Repository
    {
        get
        {
            for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
            {
                if (File.Exists(Path.Combine(at.FullName, "Quai.slnx")))
                {
                    return at.FullName;
                }
            }

            throw new InvalidOperationException("the tests are not run from a checkout");
        }
    }

    private static string FindPeers()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string candidate = Path.Combine(at.FullName, "artifacts", "peers");
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        throw new InvalidOperationException("the clients of other suites are not here: run eng/peers");
    }

    private static string? NonEmpty(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static string FindArtifacts()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string candidate = Path.Combine(at.FullName, "artifacts", "bin");
            if (File.Exists(Path.Combine(candidate, "quaid")))
            {
                return candidate;
            }
        }

        throw new InvalidOperationException("quaid is not built: run eng/test, or 'eng/install --prefix artifacts' first, or name its folder in QUAI_BIN_DIR");
    }
}

/// <summary>A test of what only quaid does; skipped when the tests are pointed at another engine.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class QuaidFactAttribute : FactAttribute
{
    /// <summary>Skips for a foreign engine.</summary>
    public QuaidFactAttribute()
    {
        if (TestEnvironment.ForeignEngine is not null)
        {
            Skip = "this test needs a quaid of its own";
        }
    }
}
