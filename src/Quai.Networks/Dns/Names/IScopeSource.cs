namespace Quai.Networks.Dns.Names;

/// <summary>Knows at any moment what one container may be told.</summary>
public interface IScopeSource
{
    /// <summary>What it may be told now. Asked with every question, by several threads.</summary>
    LookupScope Current { get; }
}
