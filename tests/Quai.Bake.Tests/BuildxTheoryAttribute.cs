namespace Quai.Bake.Tests;

/// <summary>A test with Docker's own client of builds, where the variable <c>QUAI_BUILDX</c> says where one is.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BuildxTheoryAttribute : TheoryAttribute
{
    public BuildxTheoryAttribute()
    {
        if (Buildx.Program is null)
        {
            Skip = "QUAI_BUILDX names no buildx";
        }
    }
}
