namespace Quai.Plugins;

/// <summary>What a plugin may cost the daemon that calls it: time and memory.</summary>
public sealed record PluginLimits
{
    /// <summary>For <c>/Plugin.Activate</c>.</summary>
    public TimeSpan Activation { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For calls that make something: create, mount, remove.</summary>
    public TimeSpan Change { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>For calls that ask about one thing.</summary>
    public TimeSpan Question { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>For each call when all plugins are asked, of which one may hang.</summary>
    public TimeSpan Survey { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long to wait for a plugin that is not there, because it may be starting.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Bytes of an answer.</summary>
    public int AnswerBytes { get; init; } = 1 << 20;
}
