using System.Net;

namespace Quai.Rpc.TakenOver;

/// <summary>Where connections come in that were taken over from HTTP/1. It is no address: nobody can dial it.</summary>
public sealed class TakenOverEndPoint : EndPoint
{
    /// <inheritdoc/>
    public override string ToString() => "connections taken over";
}
