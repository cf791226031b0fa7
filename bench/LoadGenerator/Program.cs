Console.WriteLine("load generator");
