namespace Quai.Runtime.Tests.Shims;

/// <summary>Where the published shim is: named by QUAI_BIN_DIR, or in the repository's artifacts.</summary>
internal static class ShimProgram
{
    public static string Path { get; } = Find();

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable("QUAI_BIN_DIR") is { Length: > 0 } directory)
        {
            return System.IO.Path.Combine(directory, "quai-shim");
        }

        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string candidate = System.IO.Path.Combine(at.FullName, "artifacts", "bin", "quai-shim");
            if (File.Exists(candidate))
            {
                return candidate;
            }
        }

        throw new InvalidOperationException("quai-shim is not published: run eng/install --prefix artifacts, or name its folder with QUAI_BIN_DIR");
    }
}
