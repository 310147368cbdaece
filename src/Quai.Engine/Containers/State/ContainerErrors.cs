using Quai.Errors;

namespace Quai.Engine.Containers.State;

/// <summary>Errors shared by several operations.</summary>
internal static class ContainerErrors
{
    /// <summary>An operation that needs a running container met a stopped one.</summary>
    public static QuaiException NotRunning(Container container) => QuaiException.Conflict($"container {container.Id} is not running");
}
