namespace Quai.Compose.Merging;

/// <summary>How a value is merged, other than by its kind.</summary>
internal enum MergeRule
{
    /// <summary>The later one alone counts.</summary>
    Replace,

    /// <summary>Both are lists; mappings become lists.</summary>
    Lists,

    /// <summary>As lists, without what is there already.</summary>
    Hosts,

    /// <summary>A text is the context.</summary>
    Build,

    /// <summary>A list is of services that are waited for.</summary>
    Dependencies,

    /// <summary>A list is of names without settings.</summary>
    Names,

    /// <summary>Only of the same driver.</summary>
    Logging,

    /// <summary>By subnet.</summary>
    Pools,
}
