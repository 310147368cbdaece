using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Numerics;
using Quai.Bake.Hcl.Functions.Strings;
using Quai.Bake.Values;

namespace Quai.Bake.Hcl.Functions;

/// <summary>Functions of networks' addresses.</summary>
internal static class AddressFunctions
{
    public static void AddTo(FunctionTable table)
    {
        table.Add("cidrhost", "prefix:string hostnum:number", a => Value.String(Host(Parse(a[0]), a[1])));
        table.Add("cidrnetmask", "prefix:string", a => Value.String(Mask(Parse(a[0]))));
        table.Add("cidrsubnet", "prefix:string newbits:number netnum:number", a => Value.String(Subnet(Parse(a[0]), a[1], a[2])));
        table.Add("cidrsubnets", "prefix:string ...newbits:number", Subnets);
    }

    private readonly record struct Network(BigInteger Base, int Length, int Bits)
    {
        public override string ToString() => $"{Text(Base, Bits)}/{Length.ToString(CultureInfo.InvariantCulture)}";
    }

    private static Network Parse(Value prefix)
    {
        string[] parts = prefix.AsString.Split('/');
        if (parts.Length != 2 || !IPAddress.TryParse(parts[0], out IPAddress? address) || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int length))
        {
            throw new FunctionException($"invalid CIDR expression: invalid CIDR address: {prefix.AsString}");
        }

        int bits = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        if (length > bits)
        {
            throw new FunctionException($"invalid CIDR expression: invalid CIDR address: {prefix.AsString}");
        }

        BigInteger number = new(address.GetAddressBytes(), isUnsigned: true, isBigEndian: true);
        return new(number >> (bits - length) << (bits - length), length, bits);
    }

    private static string Text(BigInteger number, int bits)
    {
        byte[] bytes = number.ToByteArray(isUnsigned: true, isBigEndian: true), padded = new byte[bits / 8];
        bytes.CopyTo(padded, padded.Length - bytes.Length);
        return new IPAddress(padded).ToString();
    }

    private static string Host(Network network, Value numberValue)
    {
        BigInteger number = numberValue.AsNumber.IsInteger ? numberValue.AsNumber.Truncate() : throw new FunctionException("a whole number is required", 1);
        BigInteger size = BigInteger.One << (network.Bits - network.Length);
        BigInteger offset = number < 0 ? size + number : number;
        return offset >= 0 && offset < size
            ? Text(network.Base + offset, network.Bits)
            : throw new FunctionException($"prefix of {network.Length} does not accommodate a host numbered {number}");
    }

    private static string Mask(Network network) => network.Bits == 32
        ? Text(((BigInteger.One << 32) - 1) >> (32 - network.Length) << (32 - network.Length), 32)
        : throw new FunctionException("only IPv4 networks are supported");

    private static string Subnet(Network network, Value newBits, Value numberValue)
    {
        int more = StringFunctions.Whole(newBits);
        BigInteger number = numberValue.AsNumber.IsInteger ? numberValue.AsNumber.Truncate() : throw new FunctionException("a whole number is required", 2);
        int length = network.Length + more;
        if (more < 0 || length > network.Bits)
        {
            throw new FunctionException($"insufficient address space to extend prefix of {network.Length} by {more}");
        }

        if (number < 0 || number >= BigInteger.One << more)
        {
            throw new FunctionException($"prefix extension of {more} does not accommodate a subnet numbered {number}");
        }

        return new Network(network.Base + (number << (network.Bits - length)), length, network.Bits).ToString();
    }

    private static Value Subnets(Value[] a)
    {
        Network network = Parse(a[0]);
        List<string> all = [];
        BigInteger next = network.Base, end = network.Base + (BigInteger.One << (network.Bits - network.Length));
        for (int i = 1; i < a.Length; i++)
        {
            int more = StringFunctions.Whole(a[i]), length = network.Length + more;
            if (more < 1)
            {
                throw new FunctionException("must extend prefix by at least one bit", i);
            }

            if (more > 32 || length > network.Bits)
            {
                throw new FunctionException(more > 32 ? "may not extend prefix by more than 32 bits" : $"would extend prefix to {length} bits, which is too long for an IPv{(network.Bits == 32 ? 4 : 6)} address", i);
            }

            BigInteger size = BigInteger.One << (network.Bits - length);
            next = (next + size - 1) / size * size;
            if (next + size > end)
            {
                throw new FunctionException($"not enough remaining address space for a subnet with a prefix of {length} bits after {(all.Count > 0 ? all[^1] : network.ToString())}", i);
            }

            all.Add(new Network(next, length, network.Bits).ToString());
            next += size;
        }

        return Value.List(all);
    }
}
