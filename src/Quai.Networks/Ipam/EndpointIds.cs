using System.Security.Cryptography;

namespace Quai.Networks.Ipam;

/// <summary>Ids of endpoints: 64 hex digits.</summary>
internal static class EndpointIds
{
    /// <summary>Another one.</summary>
    public static string New() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
}
