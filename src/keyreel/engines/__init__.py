"""The engines: each turns an order into a clip, and knows neither tasks nor worker."""
