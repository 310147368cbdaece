namespace Quai.Compose.Tests;

/// <summary>A test with Docker's own compose, where the variable <c>QUAI_COMPOSE</c> says where one is.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DockerComposeTheoryAttribute : TheoryAttribute
{
    public DockerComposeTheoryAttribute()
    {
        if (DockerCompose.Program is null)
        {
            Skip = "QUAI_COMPOSE names no docker-compose";
        }
    }
}
