using static Quai.Cli.Objects.Types.GoField;

namespace Quai.Cli.Objects.Types;

/// <summary>The types of a network, and of a container's endpoints. Names and order of fields are those of Docker's client.</summary>
internal static class NetworkTypes
{
    public static GoStructType IPAMConfig { get; } = new("IPAMConfig",
        Text("Subnet"), Text("IPRange"), Text("Gateway"), TextMap("AuxAddress", "AuxiliaryAddresses"));

    public static GoStructType IPAM { get; } = new("IPAM",
        Text("Driver"), TextMap("Options"), Field("Config", IPAMConfig.List));

    public static GoStructType ConfigFrom { get; } = new("ConfigFrom",
        Text("Network"));

    public static GoStructType NetworkContainer { get; } = new("NetworkContainer",
        Text("Name"), Text("EndpointID"), Text("MacAddress"), Text("IPv4Address"), Text("IPv6Address"));

    public static GoStructType Network { get; } = new("Network",
        Text("Name"), Text("ID", "Id"), Text("Created"), Text("Scope"), Text("Driver"), Truth("EnableIPv4"), Truth("EnableIPv6"), Field("IPAM", IPAM),
        Truth("Internal"), Truth("Attachable"), Truth("Ingress"), Field("ConfigFrom", ConfigFrom), Truth("ConfigOnly"),
        Field("Containers", NetworkContainer.Map), TextMap("Options"), TextMap("Labels"), Field("Peers", GoType.Anything.List),
        Field("Services", GoType.Anything.Map));

    public static GoStructType Address { get; } = new("Address",
        Text("Addr"), Number("PrefixLen"));

    public static GoStructType EndpointIPAM { get; } = new("EndpointIPAM",
        Text("IPv4Address"), Text("IPv6Address"), Texts("LinkLocalIPs"));

    public static GoStructType Endpoint { get; } = new("Endpoint",
        Field("IPAMConfig", EndpointIPAM.Pointer), Texts("Links"), Texts("Aliases"), Text("MacAddress"), TextMap("DriverOpts"), Number("GwPriority"),
        Text("NetworkID"), Text("EndpointID"), Text("Gateway"), Text("IPAddress"), Number("IPPrefixLen"), Text("IPv6Gateway"), Text("GlobalIPv6Address"),
        Number("GlobalIPv6PrefixLen"), Texts("DNSNames"));

    public static GoStructType NetworkSettings { get; } = new("NetworkSettings",
        Text("Bridge"), Text("SandboxID"), Text("SandboxKey"), Field("Ports", SharedTypes.PortBinding.List.MapBy("nat.Port")), Truth("HairpinMode"),
        Text("LinkLocalIPv6Address"), Number("LinkLocalIPv6PrefixLen"), Field("SecondaryIPAddresses", Address.List),
        Field("SecondaryIPv6Addresses", Address.List), Text("EndpointID"), Text("Gateway"), Text("GlobalIPv6Address"), Number("GlobalIPv6PrefixLen"),
        Text("IPAddress"), Number("IPPrefixLen"), Text("IPv6Gateway"), Text("MacAddress"), Field("Networks", Endpoint.Pointer.Map));
}
