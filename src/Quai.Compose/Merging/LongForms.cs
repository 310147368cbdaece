using Quai.Compose.Yaml;

namespace Quai.Compose.Merging;

/// <summary>Long forms that stand for a name alone.</summary>
internal static class LongForms
{
    /// <summary>A service that is waited for until it has started.</summary>
    public static ComposeMapping Dependency(ComposePlace? place) =>
        new(("condition", ComposeScalar.Of("service_started", place)), ("required", ComposeScalar.Of(true, place))) { Place = place };
}
