namespace Quai.BuildKit.Tests;

/// <summary>A test with Docker's own client of builds, where the variable <c>QUAI_BUILDX</c> says where one is.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BuildxFactAttribute : FactAttribute
{
    public BuildxFactAttribute()
    {
        if (Program is null)
        {
            Skip = "QUAI_BUILDX names no buildx";
        }
    }

    /// <summary>The client; null for none.</summary>
    public static string? Program { get; } = Environment.GetEnvironmentVariable("QUAI_BUILDX");
}
