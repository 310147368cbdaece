using Quai.Cli.CommandLine;
using Quai.Compose.Model;

namespace Quai.Cli.Compose.Images;

/// <summary>Builds the images of services.</summary>
internal sealed class ImageBuilds(ComposeScope scope)
{
    /// <summary>Builds.</summary>
    /// <exception cref="ExitException">A build failed.</exception>
    public void Build(ComposeProject project, IReadOnlyList<ComposeService> services, ImageBuildOptions options)
    {
        _ = (scope, project, options);
        throw new ExitException(1, $"service \"{services[0].Name}\": images are not built yet");
    }
}
