using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Quai.Engine.Containers;

namespace Quai.Engine.Logs.Reading;

/// <summary>Converts lines of a json-file log to what clients receive.</summary>
internal sealed class LogLine(LogsRequest request, bool tty)
{
    private byte[] _text = new byte[4 << 10];
    private string _details = "";

    /// <summary>The outcome for a line.</summary>
    public enum Outcome
    {
        /// <summary>It was appended, or not wanted.</summary>
        Next,

        /// <summary>It and all lines after it are later than requested.</summary>
        PastTheEnd,
    }

    /// <summary>Appends one line to the output. A line that is not JSON (a crash of the machine may leave one) is skipped.</summary>
    public Outcome Write(ReadOnlySpan<byte> line, ArrayBufferWriter<byte> output)
    {
        int textLength = 0;
        bool stderr = false;
        Span<byte> stamp = stackalloc byte[40];
        int stampLength = 0;
        DateTimeOffset time = default;
        _details = "";
        try
        {
            var reader = new Utf8JsonReader(line);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("log"u8))
                {
                    reader.Read();
                    if (_text.Length < reader.ValueSpan.Length)
                    {
                        _text = new byte[reader.ValueSpan.Length * 2];
                    }

                    textLength = reader.CopyString(_text);
                }
                else if (reader.ValueTextEquals("stream"u8))
                {
                    reader.Read();
                    stderr = reader.ValueTextEquals("stderr"u8);
                }
                else if (reader.ValueTextEquals("time"u8))
                {
                    reader.Read();
                    if (reader.ValueSpan.Length < 40)
                    {
                        reader.ValueSpan.CopyTo(stamp);
                        stampLength = reader.ValueSpan.Length;
                    }

                    DateTimeOffset.TryParse(Encoding.ASCII.GetString(reader.ValueSpan), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
                }
                else if (request.Details && reader.ValueTextEquals("attrs"u8))
                {
                    reader.Read();
                    ReadDetails(ref reader);
                }
                else
                {
                    reader.Read();
                    reader.Skip();
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Outcome.Next;
        }

        if (request.Until is { } until && time > until)
        {
            return Outcome.PastTheEnd;
        }

        if ((request.Since is { } since && time < since) || (!tty && !(stderr ? request.Stderr : request.Stdout)) || (tty && !request.Stdout))
        {
            return Outcome.Next;
        }

        int extra = (request.Timestamps ? 31 : 0) + (request.Details ? _details.Length + 1 : 0);
        if (!tty)
        {
            Span<byte> header = output.GetSpan(8);
            header[..8].Clear();
            header[0] = stderr ? (byte)2 : (byte)1;
            BinaryPrimitives.WriteInt32BigEndian(header[4..], textLength + extra);
            output.Advance(8);
        }

        if (request.Timestamps)
        {
            WriteStamp(stamp[..stampLength], output);
        }

        if (request.Details)
        {
            Encoding.ASCII.GetBytes(_details + " ", output);
        }

        output.Write(_text.AsSpan(0, textLength));
        return Outcome.Next;
    }

    // Sorted, and escaped as in the query of an address.
    private void ReadDetails(ref Utf8JsonReader reader)
    {
        var details = new SortedDictionary<string, string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            details[name] = reader.GetString() ?? "";
        }

        _details = string.Join(',', details.Select(d => $"{Escaped(d.Key)}={Escaped(d.Value)}"));
    }

    private static string Escaped(string text) => Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal);

    // Always nine decimals, so that columns line up: 30 bytes and a space.
    private static void WriteStamp(ReadOnlySpan<byte> stamp, ArrayBufferWriter<byte> output)
    {
        Span<byte> target = output.GetSpan(31)[..31];
        "0001-01-01T00:00:00.000000000Z "u8.CopyTo(target);
        int end = stamp.LastIndexOf((byte)'Z');
        if (end >= 19)
        {
            stamp[..Math.Min(end, 29)].CopyTo(target);
        }

        output.Advance(31);
    }
}
