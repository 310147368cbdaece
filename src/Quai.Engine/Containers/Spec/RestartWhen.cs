using System.Text.Json.Serialization;

namespace Quai.Engine.Containers.Spec;

/// <summary>When a container is started again.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RestartWhen>))]
public enum RestartWhen
{
    /// <summary>Not at all.</summary>
    Never,

    /// <summary>Whenever it ends, and when the daemon starts.</summary>
    Always,

    /// <summary>The same, but not when somebody had stopped it.</summary>
    UnlessStopped,

    /// <summary>When it fails.</summary>
    OnFailure,
}
