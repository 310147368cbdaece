using System.Globalization;
using Quai.Api.System;
using Quai.Daemon.Http;
using Quai.Errors;

namespace Quai.Daemon.About;

/// <summary><c>GET /events</c>.</summary>
internal static class EventRoutes
{
    /// <summary>Adds the route.</summary>
    public static void Map(Router router, Backend backend) =>
        router.Add("GET", "/events", async call =>
        {
            DateTimeOffset? since = call.Time("since"), until = call.Time("until");
            if (since is { } from && until is { } to && from > to)
            {
                throw QuaiException.Invalid($"`since` time ({call.Text("since")}) cannot be after `until` time ({call.Text("until")})");
            }

            IAsyncEnumerable<EventMessage> events = backend.Events.SubscribeAsync(since, until, call.Filters(), call.Gone);
            await using IAsyncEnumerator<EventMessage> next = events.GetAsyncEnumerator(call.Gone);

            // The subscription begins with the first MoveNext, the header is sent afterwards: what happens once a client has the header is not missed.
            ValueTask<bool> more = next.MoveNextAsync();
            (string contentType, bool sequence) = Format(call);
            await call.StartStream(contentType);
            await call.Http.Response.Body.FlushAsync(call.Gone);
            while (await more)
            {
                EventMessage message = next.Current;
                if (call.Version.AtLeast(52))
                {
                    // Shared with other listeners, whose versions may be older.
                    message = new EventMessage { Type = message.Type, Action = message.Action, Actor = message.Actor, Scope = message.Scope, Time = message.Time, TimeNano = message.TimeNano };
                }

                if (sequence)
                {
                    await call.Send(new byte[] { 0x1e });
                }

                await call.Send(message, Json.Types.EventMessage);
                more = next.MoveNextAsync();
            }
        });

    private static (string ContentType, bool Sequence) Format(ApiCall call)
    {
        string accept = call.Http.Request.Headers.Accept.ToString();
        if (call.Version.AtLeast(53) && accept.Contains("application/jsonl", StringComparison.OrdinalIgnoreCase))
        {
            return ("application/jsonl", false);
        }

        if (call.Version.AtLeast(52) && accept.Contains("application/json-seq", StringComparison.OrdinalIgnoreCase))
        {
            return ("application/json-seq", true);
        }

        return call.Version.AtLeast(52) && accept.Contains("application/x-ndjson", StringComparison.OrdinalIgnoreCase)
            ? ("application/x-ndjson", false)
            : ("application/json", false);
    }
}
