using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Quai.Engine.Containers.State;

namespace Quai.Engine.Containers.Views;

/// <summary>Ids of what a run has and nothing keeps a record of. They follow from the run, so that they stay while it lives, over restarts of the daemon, too.</summary>
internal static class RunNames
{
    /// <summary>The id of its network namespace.</summary>
    public static string Sandbox(Container container, RunState state) => Id($"{Of(container, state)} sandbox");

    /// <summary>The id of its place on a network that leases none.</summary>
    public static string Place(Container container, RunState state, string networkId) => Id($"{Of(container, state)} {networkId}");

    private static string Of(Container container, RunState state) => string.Create(CultureInfo.InvariantCulture, $"{container.Id} {state.Pid} {state.StartedAt?.ToUnixTimeSeconds()}");

    private static string Id(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
