namespace Quai.Daemon.Configuration;

/// <summary>Why a flag of dockerd's is refused when it asks for something: what would be lost by going on without it.</summary>
/// <param name="Harmless">Whether a value asks for nothing that is not so anyway.</param>
/// <param name="Loss">What would be lost, as the end of a sentence.</param>
internal sealed record Refusal(Func<string, bool> Harmless, string Loss)
{
    /// <summary>Some values ask for what is so anyway.</summary>
    /// <param name="harmless">These, with spaces between them; <c>false</c> stands for all its spellings. An empty value always is.</param>
    /// <param name="loss"><see cref="Loss"/></param>
    public Refusal(string harmless, string loss)
        : this(value => value.Length == 0 || (harmless == "false" ? value[0] is 'f' or 'F' or '0' : harmless.Split(' ').Contains(value)), loss)
    {
    }

    /// <summary>Of a storage driver's options, those that limit a container's size.</summary>
    public static Refusal OfSizes { get; } = new(
        value => !value.Split('=')[0].Split('.')[^1].Trim().EndsWith("size", StringComparison.OrdinalIgnoreCase), "containers could fill the disk");

    /// <summary>All but the choice of who makes cgroups, which is Quai itself.</summary>
    public static Refusal OfOtherThanCgroupDrivers { get; } = new(
        value => value.Length == 0 || value.StartsWith("native.cgroupdriver=", StringComparison.Ordinal), "containers would be run otherwise than it says");
}
