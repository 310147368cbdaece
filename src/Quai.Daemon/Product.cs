namespace Quai.Daemon;

/// <summary>This build's name and version.</summary>
internal static class Product
{
    /// <summary>The release, such as <c>0.1.0</c>.</summary>
    public static string Version { get; } = typeof(Product).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";
}
