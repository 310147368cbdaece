namespace Quai.EndToEnd.Tests.Harness;

/// <summary>What this machine's kernel confines programs with.</summary>
public static class MandatoryAccess
{
    /// <summary>Whether AppArmor is on, so that containers are confined by it.</summary>
    public static bool AppArmor { get; } =
        File.Exists("/sys/module/apparmor/parameters/enabled") && File.ReadAllText("/sys/module/apparmor/parameters/enabled").StartsWith('Y') && Directory.Exists("/sys/kernel/security/apparmor");
}

/// <summary>Tests that load and unload profiles, which all containers of the machine share: one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class MandatoryAccessCollection
{
    /// <summary>The name.</summary>
    public const string Name = "mandatory access";
}
