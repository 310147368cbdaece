namespace Quai.Compose.Printing;

/// <summary>How a project is printed.</summary>
public enum ConfigFormat
{
    /// <summary>As YAML.</summary>
    Yaml,

    /// <summary>As JSON.</summary>
    Json,
}
