using Grpc.Core;

namespace Quai.BuildClient.Sessions;

/// <summary>What comes with a builder's call.</summary>
internal static class SessionHeaders
{
    /// <summary>The values of a header. A header <c>NAME-encoded</c> says that they are escaped.</summary>
    public static IReadOnlyList<string> All(ServerCallContext context, string name)
    {
        bool escaped = context.RequestHeaders.GetValue(name + "-encoded") == "1";
        return [.. context.RequestHeaders.GetAll(name).Select(h => escaped ? Uri.UnescapeDataString(h.Value) : h.Value)];
    }

    /// <summary>The first value; empty for none.</summary>
    public static string First(ServerCallContext context, string name) => All(context, name) is [var first, ..] ? first : "";
}
