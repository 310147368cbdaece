using System.Text.Json.Serialization;

namespace Quai.Engine.Containers.Spec;

/// <summary>When a container is restarted.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RestartWhen>))]
public enum RestartWhen
{
    /// <summary>Never.</summary>
    Never,

    /// <summary>Whenever it ends, and when the daemon starts.</summary>
    Always,

    /// <summary>The same, unless somebody had stopped it.</summary>
    UnlessStopped,

    /// <summary>When it fails.</summary>
    OnFailure,

    /// <summary>When it fails, and when its health check finds it unhealthy. Quai's own.</summary>
    Unhealthy,
}
