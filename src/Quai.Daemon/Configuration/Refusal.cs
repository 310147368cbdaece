namespace Quai.Daemon.Configuration;

/// <summary>Why one of dockerd's flags is refused if it requests something: what ignoring it would lose.</summary>
/// <param name="Harmless">Whether a value only requests what is the case anyway.</param>
/// <param name="Loss">What would be lost, as the end of a sentence.</param>
internal sealed record Refusal(Func<string, bool> Harmless, string Loss)
{
    /// <summary>Some values request what is the case anyway.</summary>
    /// <param name="harmless">These, separated by spaces; <c>false</c> stands for all its spellings. An empty value always counts.</param>
    /// <param name="loss"><see cref="Loss"/></param>
    public Refusal(string harmless, string loss)
        : this(value => value.Length == 0 || (harmless == "false" ? value[0] is 'f' or 'F' or '0' : harmless.Split(' ').Contains(value)), loss)
    {
    }

    /// <summary>Of a storage driver's options, those that limit a container's size.</summary>
    public static Refusal OfSizes { get; } = new(
        value => !value.Split('=')[0].Split('.')[^1].Trim().EndsWith("size", StringComparison.OrdinalIgnoreCase), "containers could fill the disk");

    /// <summary>All except the choice of who creates cgroups, which is always Quai itself.</summary>
    public static Refusal OfOtherThanCgroupDrivers { get; } = new(
        value => value.Length == 0 || value.StartsWith("native.cgroupdriver=", StringComparison.Ordinal), "containers would be run otherwise than it says");
}
