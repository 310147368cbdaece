using Quai.Linux.Kernel;
using Quai.Plans.Logging;
using Quai.Shim.Logging.Packing;

namespace Quai.Shim.Logging.Formats;

/// <summary>Messages of the Graylog extended log format: objects of JSON, packed and in pieces where they are datagrams, with a zero at the end where they are not.</summary>
internal static unsafe class GelfMessage
{
    /// <summary>The largest datagram.</summary>
    public const int ChunkSize = 1420;

    private const int HeadSize = 12, MostChunks = 128;
    private static byte* _tables;

    /// <summary>Writes the object.</summary>
    public static void Write(ref ByteBuffer buffer, LogPlan* plan, in LogPiece piece)
    {
        buffer.Add(plan->First, plan->FirstLength);
        JsonText.Escape(ref buffer, piece.Text, piece.Length, likeGelf: true);
        buffer.Add("\",\"timestamp\":"u8);

        // Milliseconds, as Go writes such a fraction.
        long milliseconds = piece.Time / 1_000_000;
        buffer.AddNumber(milliseconds / 1000);
        int fraction = (int)(milliseconds % 1000);
        if (fraction != 0)
        {
            int digits = 3;
            while (fraction % 10 == 0)
            {
                fraction /= 10;
                digits--;
            }

            buffer.Add((byte)'.');
            buffer.AddNumber(fraction, digits);
        }

        buffer.Add(piece.Stream == 0 ? ",\"level\":6"u8 : ",\"level\":3"u8);
        buffer.Add(plan->Second, plan->SecondLength);
        if (plan->Network == LogNetwork.Tcp)
        {
            buffer.Add((byte)0);
        }
    }

    /// <summary>Packs an object.</summary>
    public static void Pack(ref ByteBuffer packed, LogPlan* plan, in ByteBuffer message)
    {
        if (_tables == null)
        {
            _tables = Memory.Map(Deflate.TableSize);
        }

        bool gzip = (GelfCompression)plan->Variant == GelfCompression.Gzip;
        if (gzip)
        {
            packed.Add([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]);
        }
        else
        {
            packed.Add([0x78, 0x9C]);
        }

        new Deflate(_tables, plan->Level).Add(ref packed, message.Start, 0, message.Length, last: true);
        if (gzip)
        {
            packed.AddLittleEndian(Checksums.Crc32(0, message.Start, message.Length), 4);
            packed.AddLittleEndian((uint)message.Length, 4);
        }
        else
        {
            packed.AddBigEndian(Checksums.Adler32(message.Start, message.Length), 4);
        }
    }

    /// <summary>How many datagrams it takes; 0 if it is too large to be sent.</summary>
    public static int Chunks(int length)
    {
        int count = length <= ChunkSize ? 1 : (length / (ChunkSize - HeadSize)) + 1;
        return count > MostChunks ? 0 : count;
    }

    /// <summary>The identity of a message in several datagrams.</summary>
    public static ulong NewIdentity()
    {
        ulong identity;
        SystemCall.Quick(SystemCallNumber.Getrandom, (long)&identity, sizeof(ulong), 0);
        return identity;
    }

    /// <summary>Writes one of several datagrams.</summary>
    public static void Chunk(ref ByteBuffer datagram, in ByteBuffer message, ulong identity, int number, int count)
    {
        datagram.Add([0x1E, 0x0F]);
        datagram.AddLittleEndian(identity, 8);
        datagram.Add((byte)number);
        datagram.Add((byte)count);
        int from = number * (ChunkSize - HeadSize);
        datagram.Add(message.Start + from, Math.Min(ChunkSize - HeadSize, message.Length - from));
    }
}
