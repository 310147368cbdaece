using Quai.Errors;

namespace Quai.Engine.Containers.State;

/// <summary>Errors that several operations have.</summary>
internal static class ContainerErrors
{
    /// <summary>An operation that needs a running container met one that does not run.</summary>
    public static QuaiException NotRunning(Container container) => QuaiException.Conflict($"container {container.Id} is not running");
}
