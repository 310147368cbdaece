namespace Quai.EndToEnd.Tests.Escapes.Harness;

/// <summary>The programs of Quai's first version, in which these attacks succeed: made by <c>eng/first-version</c>.</summary>
public static class FirstVersion
{
    /// <summary>Their folder: <c>QUAI_FIRST_BIN_DIR</c>, else <c>artifacts/first-version/bin</c> of the checkout; null when they were not built.</summary>
    public static string? Found { get; } = Find();

    /// <inheritdoc cref="Found"/>
    public static string BinDirectory => Found ?? throw new InvalidOperationException("the first version is not built: run eng/first-version");

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("QUAI_FIRST_BIN_DIR") is { Length: > 0 } named)
        {
            return named;
        }

        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string candidate = Path.Combine(at.FullName, "artifacts", "first-version", "bin");
            if (File.Exists(Path.Combine(candidate, "quaid")))
            {
                return candidate;
            }
        }

        return null;
    }
}

/// <summary>Shows that attacks are real. Skipped for a foreign engine, which is not what the controls are about.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ControlTheoryAttribute : TheoryAttribute
{
    /// <summary>Skips for a foreign engine.</summary>
    public ControlTheoryAttribute()
    {
        if (TestEnvironment.ForeignEngine is not null)
        {
            Skip = "controls run on quaid's own versions";
        }
    }
}
